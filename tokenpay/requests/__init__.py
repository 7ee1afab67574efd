"""Payment requests: what a QR code carries or points to, and what scanned text says."""
