private import Glibc

/// A NULL-terminated array of C strings that lives as long as this object.
final class CStrings {
    private let storage: UnsafeMutableBufferPointer<UnsafePointer<CChar>?>

    init(_ strings: [String]) {
        storage = .allocate(capacity: strings.count + 1)
        storage.initialize(repeating: nil)
        for (index, string) in strings.enumerated() {
            storage[index] = strdup(string).map { UnsafePointer($0) }
        }
    }

    deinit {
        for string in storage { free(UnsafeMutablePointer(mutating: string)) }
        storage.deallocate()
    }

    /// Valid while this object lives.
    var pointers: UnsafePointer<UnsafePointer<CChar>?>? { UnsafePointer(storage.baseAddress) }
    var first: UnsafePointer<CChar>? { storage.first ?? nil }
}
