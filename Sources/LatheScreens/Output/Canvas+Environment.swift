extension Canvas {
    /// What a terminal of this size can show, by the environment: NO_COLOR, TERM, and the locale's character set.
    ///
    /// A pipe gets UTF-8 whatever the locale, so that what scripts read does not depend on it.
    package init(size: TerminalSize?, environment: [String: String]) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        let isUTF8 = locale.uppercased().replacing("-", with: "").contains("UTF8")
        let wantsColor = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        self.init(
            width: size.map { max(20, $0.columns) },
            glyphs: size == nil || isUTF8 ? .unicode : .ascii,
            color: size != nil && wantsColor ? .ansi : .none)
    }
}
