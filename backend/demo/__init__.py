"""The example project "Support desk": what comes with a first start, and the first steps in it."""
