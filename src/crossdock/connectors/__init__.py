"""One folder for each kind of outside system, its vendor mapping beside it. They never import each other."""
