/// Names that an input may be bound to in a kernel.
enum PythonName {
    enum Fault: Sendable, Hashable { case form, keyword, builtin, reserved }

    /// What keeps `name` from being bound; nil where nothing does.
    static func fault(of name: String) -> Fault? {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= 64, isLetter(first),
            bytes.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") })
        else { return .form }
        if keywords.contains(name) { return .keyword }
        if builtins.contains(name) { return .builtin }
        return reserved.contains(name) ? .reserved : nil
    }

    /// A name made from any text: an ASCII identifier that clashes with nothing.
    static func derived(from text: String) -> String {
        var name = ""
        for byte in text.utf8 {
            if isLetter(byte) || isDigit(byte) {
                name.unicodeScalars.append(Unicode.Scalar(byte))
            } else if !name.isEmpty, !name.hasSuffix("_") {
                name += "_"
            }
        }
        name = String(name.prefix(56))
        while name.hasSuffix("_") { name.removeLast() }
        if name.isEmpty { return "data" }
        if let first = name.utf8.first, isDigit(first) { name = "data_" + name }
        return fault(of: name) == nil ? name : name + "_data"
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func words(_ text: String) -> Set<String> { Set(text.split(separator: " ").map(String.init)) }

    private static let keywords = words(
        "False None True and as assert async await break class continue def del elif else except finally for from "
            + "global if import in is lambda nonlocal not or pass raise return try while with yield")

    private static let builtins = words(
        "abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex "
            + "copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr "
            + "globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max "
            + "memoryview min next object oct open ord pow print property quit range repr reversed round set setattr "
            + "slice sorted staticmethod str sum super tuple type vars zip")

    /// What a kernel binds itself, and what code usually imports.
    private static let reserved = words(
        "lathe In Out get_ipython display np pd pa plt pyarrow pandas numpy duckdb matplotlib")
}
