"""The line reader: lines of ink, the network that reads them, its training and export."""
