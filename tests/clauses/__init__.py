"""Words of payments and refunds through the whole engine, on both backends."""
