"""What-if: drawn patients through the very plan that settles, and what the agreement then costs."""
