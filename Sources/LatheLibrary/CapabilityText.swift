/// The two parts of a capability's file, as the reader takes them apart too (`lathe_library.block`).
enum CapabilityText {
    /// What its hash is of: everything after the block, without empty lines between. The whole text where there is no block.
    static func body(of text: String) -> String {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.first?.elementsEqual("# /// script".utf8) == true else { return text }
        for (index, line) in lines.enumerated().dropFirst() {
            if index > 1, index < lines.count - 1, line.elementsEqual("# ///".utf8) {
                return String(Substring(text.utf8[lines[index + 1].startIndex...].drop { $0 == 0x0A }))
            }
            guard line.first == 0x23, line.count == 1 || line.dropFirst().first == 0x20 else { return text }
        }
        return text
    }
}
