import Foundation
import Glibc

@testable import LatheStore

/// A folder that a test has for itself.
@discardableResult
func withScratch<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = NSTemporaryDirectory() + "/lathe-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard let resolved = realpath(folder, nil) else { throw CocoaError(.fileNoSuchFile) }
    defer { free(resolved) }
    return try await body(String(cString: resolved))
}

/// A small file system in memory, mounted for the time of `body`; needs the right to mount.
@discardableResult
func withTemporaryFileSystem<T>(bytes: Int, _ body: (String) async throws -> T) async throws -> T {
    try await withScratch { folder in
        guard mount("tmpfs", folder, "tmpfs", 0, "size=\(bytes)") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
        defer { umount2(folder, 2) }
        return try await body(folder)
    }
}

/// Whether this process may mount file systems.
let mayMount: Bool = {
    let folder = NSTemporaryDirectory() + "/lathe-mount-" + UUID().uuidString
    guard mkdir(folder, 0o700) == 0 else { return false }
    defer { rmdir(folder) }
    guard mount("tmpfs", folder, "tmpfs", 0, "size=65536") == 0 else { return false }
    umount2(folder, 2)
    return true
}()
