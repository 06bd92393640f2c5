"""What a scan prints: text for people, JSON and SARIF for programs."""
