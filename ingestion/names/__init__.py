"""Names of countries, places and organisations, and what their forms say."""
