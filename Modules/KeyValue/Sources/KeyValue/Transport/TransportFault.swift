import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// What an error of the network libraries means.
struct TransportFault {
    let error: KeyValueError
    /// Whether the request was not sent.
    let isBeforeSending: Bool

    init(_ underlying: any Error) {
        switch underlying {
        case let error as KeyValueError:
            self.init(error, isBeforeSending: false)
        case let error as HTTPClientError:
            self.init(error)
        // Nothing but connecting is refused.
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            self.init(.unavailable("the server refuses connections"), isBeforeSending: true)
        case is NIOConnectionError, is SocketAddressError:
            self.init(.unavailable("the server cannot be reached"), isBeforeSending: true)
        case let error as ChannelError:
            switch error {
            case .connectTimeout: self.init(.unavailable("connecting took too long"), isBeforeSending: true)
            default: self.init(.connection("the connection broke"), isBeforeSending: false)
            }
        case NIOSSLError.handshakeFailed, NIOSSLError.unableToValidateCertificate, is NIOSSLExtraError:
            self.init(KeyValueError(.tls, "TLS failed, or the certificate is not trusted"), isBeforeSending: true)
        case is NIOTooManyBytesError:
            self.init(KeyValueError(.tooLarge, "the answer is too long"), isBeforeSending: false)
        default:
            self.init(.connection("the connection broke"), isBeforeSending: false)
        }
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            self.init(.unavailable("connecting took too long"), isBeforeSending: true)
        case .alreadyShutdown:
            self.init(.closed, isBeforeSending: true)
        case .deadlineExceeded, .readTimeout, .writeTimeout:
            self.init(.deadline(sent: true), isBeforeSending: false)
        default:
            self.init(.connection("the connection broke"), isBeforeSending: false)
        }
    }

    private init(_ error: KeyValueError, isBeforeSending: Bool) {
        self.error = error
        self.isBeforeSending = isBeforeSending
    }
}
