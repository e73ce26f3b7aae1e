"""Changes every number of a contract by one and asks whether its worked examples notice."""
