"""What routes and pages share of a request: who asks, bodies, streams."""
