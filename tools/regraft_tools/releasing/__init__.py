"""From a version number to artefacts that were checked: the session `release`."""
