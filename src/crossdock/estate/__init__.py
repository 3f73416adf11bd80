"""The parsed declarations of one installation: systems, owners, nodes, channels, limits, rules. Pure."""
