"""The demo company: twelve months of linked data, made through the services of the house."""
