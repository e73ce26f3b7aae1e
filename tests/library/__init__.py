"""The agreements that come with the program."""
