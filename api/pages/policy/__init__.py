"""The policy as it is read, and its versions for policy staff."""
