"""What questions like this one were about, learned from a policy folder's examples."""
