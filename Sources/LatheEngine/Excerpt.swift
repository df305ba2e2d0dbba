package import LatheVocabulary

/// A bounded view of a text: its beginning and its end, and in between what was left out and where it is.
package struct Excerpt: Sendable, Hashable {
    /// How much of a text is shown, in characters.
    package struct Cap: Sendable, Hashable {
        package var head: Int
        package var tail: Int

        package static let stdout = Cap(head: 2_600, tail: 1_400)
        package static let stderr = Cap(head: 600, tail: 600)
        package static let value = Cap(head: 2_600, tail: 600)
        package static let traceback = Cap(head: 500, tail: 2_500)
        package static let reason = Cap(head: 500, tail: 300)
    }

    package let text: String

    /// Cuts a captured stream. `whole` says where everything is, such as `lathe.output(3)`.
    package init(_ captured: CapturedText, cap: Cap, whole: String) {
        guard !captured.tail.isEmpty || captured.file != nil || captured.lost > 0 else {
            self.init(captured.head, cap: cap, whole: whole)
            return
        }
        let head = captured.head.prefix(cap.head)
        let tail = (captured.tail.isEmpty ? captured.head : captured.tail).suffix(cap.tail)
        let cut = max(0, captured.bytes - head.utf8.count - tail.utf8.count)
        let lost = captured.lost > 0 ? "; \(captured.lost) bytes were past the limit of what is kept" : ""
        self.init(text: head + "\n[… \(cut) bytes left out; whole: \(whole)\(lost)]\n" + tail)
    }

    package init(_ text: String, cap: Cap, whole: String) {
        let cut = text.count - cap.head - cap.tail
        guard cut > 0 else {
            self.init(text: text)
            return
        }
        let note = "\n[… \(cut) characters left out; whole: \(whole)]\n"
        self.init(text: text.prefix(cap.head) + note + text.suffix(cap.tail))
    }

    private init(text: String) {
        self.text = text
    }
}
