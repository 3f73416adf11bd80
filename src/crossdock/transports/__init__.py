"""Ways that bytes travel: HTTP and its conventions. They know no business documents."""
