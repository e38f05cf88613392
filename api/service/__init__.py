"""What pages and routes call: the application without HTTP. `Services` in `api.service.services` holds them all."""
