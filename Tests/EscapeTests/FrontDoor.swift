import Foundation
import Synchronization

/// A TCP port and an abstract socket of the host, on which nobody may ever knock.
final class FrontDoor: Sendable {
    let port: UInt16
    let name: String
    private let internet: Int32
    private let abstract: Int32

    struct Unavailable: Error {}

    init() throws {
        let internet = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutableBytes(of: &address) { bytes in
            guard let pointer = bytes.bindMemory(to: sockaddr.self).baseAddress else { return false }
            return bind(internet, pointer, length) == 0 && listen(internet, 1) == 0
                && getsockname(internet, pointer, &length) == 0
        }
        self.internet = internet
        self.abstract = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        name = "lathe-escape-\(UUID().uuidString)"
        port = UInt16(bigEndian: address.sin_port)
        guard bound else { throw Unavailable() }
        let abstract = self.abstract
        var local = sockaddr_un()
        local.sun_family = sa_family_t(AF_UNIX)
        let bytes = [UInt8](name.utf8)
        withUnsafeMutableBytes(of: &local.sun_path) { path in
            for (index, byte) in bytes.enumerated() { path[index + 1] = byte }
        }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + 1 + bytes.count)
        let named = withUnsafeBytes(of: &local) { raw in
            raw.bindMemory(to: sockaddr.self).baseAddress.map { bind(abstract, $0, size) == 0 } ?? false
        }
        guard named else { throw Unavailable() }
    }

    deinit {
        close(internet)
        close(abstract)
    }

    var wasOpened: Bool {
        var byte: UInt8 = 0
        return accept(internet, nil, nil) >= 0 || recv(abstract, &byte, 1, 0) >= 0
    }
}
