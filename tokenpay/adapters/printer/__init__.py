"""Receipt printers: ESC/POS, plain text and PDF."""
