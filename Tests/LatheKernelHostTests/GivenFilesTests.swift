import Foundation
import Testing

@testable import LatheKernelHost

struct GivenFilesTests {
    /// The error of a system call that is expected to fail; 0 where it did not.
    private static func failure(_ call: () -> Int32) -> Int32 { call() == 0 ? 0 : errno }

    @Test func `a file that a kernel is given can be read and not changed in any way, by its owner neither`() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/lathe-given-\(UUID().uuidString)"
        let parts = folder + "/memory/parts"
        try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let given = GivenFiles(folder: folder)
        #expect(given.open("later") == nil)
        try "whole".write(toFile: parts + "/one", atomically: false, encoding: .utf8)
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "memory/parts/one")
        #expect(given.open("link") == nil)
        #expect(given.open("../\(URL(filePath: folder).lastPathComponent)/memory/parts/one") == nil)
        #expect(given.open("memory") == nil)

        let own = open(parts + "/one", O_RDONLY)
        defer { close(own) }
        for one in [given.open("memory/parts/one"), given.again(own)] {
            let file = try #require(one)
            var bytes = [UInt8](repeating: 0, count: 8)
            #expect(pread(file.raw, &bytes, 8, 0) == 5)
            #expect(bytes.prefix(5) == Array("whole".utf8)[...])
            let path = "/proc/self/fd/\(file.raw)"
            #expect(Self.failure { fchmod(file.raw, 0) } == EROFS)
            #expect(Self.failure { chmod(path, 0o777) } == EROFS)
            #expect(Self.failure { futimens(file.raw, nil) } == EROFS)
            #expect(Self.failure { min(open(path, O_RDWR), 0) } == EROFS)
            #expect(Self.failure { linkat(AT_FDCWD, path, AT_FDCWD, folder + "/other", AT_SYMLINK_FOLLOW) } == EXDEV)
        }
        // What lies elsewhere is handed on as it is.
        let elsewhere = try #require(given.again(open("/dev/null", O_RDONLY)))
        #expect(fcntl(elsewhere.raw, F_GETFD) >= 0)
    }
}
