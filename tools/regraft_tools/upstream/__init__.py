"""What upstream released since: OpenSSL's series of the wheels, the series of Python that have a snapshot."""
