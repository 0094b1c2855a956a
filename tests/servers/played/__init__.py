"""What the played clouds aws, gcp and azure have in common; none is known here. Standard library alone.

A cloud is a `Service` with its state and a `Journal` of its own kind of entries, `Controls` for what a test does to
it, and a `Handler` that writes answers as the real one does; a `Server` puts them on sockets, and `program.run` into a
process of their own. Its package's docstring is its manual.
"""
