"""A real Tryton ERP for the demo and for tests: installed, provisioned and run beside us as a process of its own."""
