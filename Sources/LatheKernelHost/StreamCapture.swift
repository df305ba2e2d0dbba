private import Glibc
internal import LatheVocabulary

/// One text that a cell makes, as it comes: a bounded preview in memory, the whole in a file once it is longer.
struct StreamCapture: ~Copyable {
    private let limits: OutputLimits
    /// The name of the file, relative to the session's folder, and that folder.
    private let folder: String
    private let wantedName: String
    private var name: String?
    private var file: Int32 = -1
    private var bytes = 0
    private var beginning: [UInt8] = []
    private var end: [UInt8] = []
    private var written = 0
    private var shown = 0
    private var incomplete: [UInt8] = []
    private var saidThatMoreCame = false

    init(limits: OutputLimits, folder: String, name: String) {
        self.limits = limits
        self.folder = folder
        wantedName = name
    }

    deinit { if file >= 0 { close(file) } }

    /// Takes in what came; returns what is to be shown now, empty once the live limit is reached.
    mutating func append(_ chunk: UnsafeRawBufferPointer) -> String {
        let room = limits.preview - beginning.count
        let fits = chunk.prefix(max(room, 0))
        bytes += chunk.count
        beginning.append(contentsOf: fits)
        if bytes > limits.preview { spill(chunk, from: fits.count) }
        return live(chunk)
    }

    /// Whether no more than the end of what comes will be kept, and nothing of it shown: then it need not be copied.
    var keepsOnlyEnd: Bool {
        bytes > limits.preview && saidThatMoreCame && (written >= limits.file || (name != nil && file < 0))
    }

    /// Counts what came and was dropped, while `keepsOnlyEnd`.
    mutating func skip(_ count: Int) { bytes += count }

    private mutating func spill(_ chunk: UnsafeRawBufferPointer, from offset: Int) {
        if name == nil { begin() }
        let rest = UnsafeRawBufferPointer(rebasing: chunk[offset...])
        write(rest)
        end.append(contentsOf: rest.suffix(limits.preview))
        if end.count > 4 * limits.preview { end.removeFirst(end.count - limits.preview) }
    }

    private mutating func begin() {
        guard limits.file > 0 else { return name = "" }
        let created = createUnique(in: folder, name: wantedName)
        name = created?.name ?? ""
        file = created?.descriptor ?? -1
        let copy = beginning
        copy.withUnsafeBytes { write($0) }
    }

    private mutating func write(_ part: UnsafeRawBufferPointer) {
        var offset = 0
        let most = min(part.count, limits.file - written)
        while file >= 0, offset < most {
            let count = Glibc.write(file, part.baseAddress?.advanced(by: offset), most - offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            offset += count
        }
        written += offset
    }

    private mutating func live(_ chunk: UnsafeRawBufferPointer) -> String {
        guard shown < limits.live else {
            guard !saidThatMoreCame else { return "" }
            saidThatMoreCame = true
            return "\n[more came: it is kept, and not shown while the cell runs]\n"
        }
        var part = incomplete + chunk.prefix(limits.live - shown)
        shown = min(limits.live, shown + chunk.count)
        let cut = part.count - part.incompleteTail
        incomplete = Array(part[cut...])
        part.removeSubrange(cut...)
        return String(decoding: part, as: UTF8.self)
    }

    /// What the result says of this text.
    var captured: CapturedText {
        guard bytes > limits.preview else {
            return CapturedText(bytes: bytes, head: String(decoding: beginning, as: UTF8.self))
        }
        let half = limits.preview / 2
        let head = beginning[..<half]
        let tail = (beginning + end).suffix(half)
        let kept = name.flatMap { $0.isEmpty ? nil : $0 }
        return CapturedText(
            bytes: bytes, head: String(decoding: head.dropLast(Array(head).incompleteTail), as: UTF8.self),
            tail: String(decoding: tail.drop { $0 & 0xC0 == 0x80 }, as: UTF8.self), file: kept, lost: bytes - written)
    }
}

extension [UInt8] {
    /// How many bytes at the end begin a character of UTF-8 that is not complete; 0 to 3.
    var incompleteTail: Int {
        for back in 1...3 where count >= back {
            let byte = self[count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }
}
