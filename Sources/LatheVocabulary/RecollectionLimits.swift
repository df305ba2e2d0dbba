/// The bounds of what a project remembers; docs/memory.md has the same table.
package enum RecollectionLimits {
    package static let textCharacters = 500
    package static let aboutCharacters = 80
    package static let queryCharacters = 2_000
    /// Facts that one program run of a session may remember.
    package static let factsPerRun = 100
    /// Facts of a project, those that were replaced included.
    package static let facts = 5_000
    /// Episodes of a project; beyond, the oldest ones go.
    package static let episodes = 5_000
    /// Characters of an episode's task and answer.
    package static let taskCharacters = 400
    package static let answerCharacters = 600
    package static let namesOfEpisode = 10
    /// What code gets with one search.
    package static let recalled = 10
    /// What a model is told at the beginning of a task.
    package static let told = 4
}
