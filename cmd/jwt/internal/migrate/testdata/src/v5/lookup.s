// With a file of this kind, a function of the package may have no body.
