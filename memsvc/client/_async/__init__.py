"""The asynchronous client; `memsvc.client._sync` is generated from it by tools/make_sync_client.py."""
