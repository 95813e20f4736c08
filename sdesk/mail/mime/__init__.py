"""Raw bytes become a message: MIME and its text, whatever the bytes. Pure; knows no desk and no server."""
