import Foundation
import Glibc

/// A folder that a test has for itself, without links in its path.
@discardableResult
func withScratch<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = NSTemporaryDirectory() + "/lathe-library-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    guard let resolved = realpath(folder, nil) else { throw CocoaError(.fileNoSuchFile) }
    defer { free(resolved) }
    return try await body(String(cString: resolved))
}
