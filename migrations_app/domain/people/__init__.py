"""People: roles, what each may do, and the scopes of tokens."""
