"""What the local pages share: a server on loopback, its token, a journal that loses nothing."""
