"""The policy as it is read, and the folders of its versions."""
