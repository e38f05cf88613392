"""The pages as the server makes them."""
