"""The synchronous client, written by tools/make_sync_client.py: change `memsvc.client._async` instead."""
