"""Transforms: small values that make other objects from objects, in one literal order."""
