"""An embedded document server: speaks MongoDB's wire protocol, keeps everything in memory."""

from backroad.documents.process import Address, document_server

__all__ = ["Address", "document_server"]
