"""The trusted Python side of the providers: fetching weights, serving the embedded model."""
