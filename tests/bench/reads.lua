-- One read after the other.
wrk.method = "GET"
