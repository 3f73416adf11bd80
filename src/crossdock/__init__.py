"""Crossdock: middleware for distributors. It gives every order one state that everyone sees and nothing loses."""

__version__ = "0.1.0"
