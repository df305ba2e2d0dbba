"""Names of capabilities: a function is called by what it does, an agent by what it is."""

import re
from typing import Final

from lathe_library.facts import Kind
from lathe_library.findings import Finding, finding

_VERB_WORDS: Final = (
    "cast decrease derive detrend divide double halve hold increase lower mean multiply negate "
    "persist raise relabel repeat shape sum tell triple turn use weigh "
    "accept accumulate add adjust aggregate align allocate analyse analyze annotate append "
    "apply approximate arrange assemble assess assign attach average balance bin blend "
    "bootstrap bound break bucket build calculate calibrate cap categorise categorize centre "
    "center chain change chart check choose clamp clean clip cluster coalesce code collapse "
    "collect color colour combine compare compile complete compose compress compute concatenate "
    "condense configure confirm connect consolidate construct contrast convert copy correct "
    "correlate count create cross cut decode decompose decorrelate deduplicate define deflate "
    "delete derive describe detect detrend determine diagnose diff differentiate discount "
    "discretise discretize distribute divide download downsample draw drop emit encode enrich "
    "enumerate equalise equalize estimate evaluate examine exclude expand explain explode "
    "explore export extend extract extrapolate factor fetch fill filter find fit fix flag "
    "flatten flip fold forecast format forward freeze gather generate get give grade group "
    "guess handle hash highlight identify impute include index indicate infer inflate inspect "
    "integrate interpolate intersect invert isolate join judge keep label lag lead limit link "
    "list load locate log lookup make map mark mask match measure melt merge minimise minimize "
    "maximise maximize model move name narrow normalise normalize number optimise optimize "
    "order outline pad pair parse partition pick pivot place plan plot predict prepare present "
    "print process produce profile project propose prune pull push quantify query rank rate "
    "read rebuild recode reconcile record recover reduce refine regress relate relabel remove "
    "rename reorder repair repeat replace report resample rescale reshape resolve restore "
    "retrieve reverse roll rotate round run sample scale scan score search segment select "
    "separate serialise serialize set shade shift shorten show shrink shuffle simulate slice "
    "slugify smooth solve sort span split square stack standardise standardize stratify strip "
    "style subset substitute subtract suggest sum summarise summarize swap tabulate tag take "
    "tally test tidy tokenise tokenize total trace track train transform translate transpose "
    "trim truncate unfold unify union unpack unpivot update upsample validate vary verify "
    "visualise visualize weigh weight widen winsorise winsorize wrap write zip"
)
VERBS: Final = frozenset(_VERB_WORDS.split())
_ENDINGS: Final = ("ise", "ize", "ify", "ulate")
_NOUN_WORDS: Final = (
    "average balance bin bootstrap bucket cap chart check cluster code color colour cross cut "
    "diff discount draw drop export factor filter find fit fix flag fold forecast format "
    "forward grade group hash index join judge label lag lead limit link list log map mark mask "
    "match measure merge model move name number order outline pair partition pick pivot place "
    "plan plot present process profile project query rank rate record repair replace report "
    "roll round run sample scale scan score search segment set shade shift slice sort span "
    "split square stack style subset sum swap tag test total trace track train transform trim "
    "union update weight wrap"
)
# What may begin a noun as well: `report_writer`, `model_critic`.
_NOUNS_TOO: Final = frozenset(_NOUN_WORDS.split())
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


def name_findings(kind: Kind, name: str) -> list[Finding]:
    """Return why a name is not `verb_noun` for a function, or a noun for an agent."""
    words = name.split("_")
    first = words[0]
    if not _NAME.match(name):
        return [finding("name", None, f"`{name}`: write words in lower case with _ between them.")]
    if kind == "agent":
        if first in VERBS - _NOUNS_TOO:
            return [
                finding(
                    "name",
                    None,
                    f"an agent is named by what it is, a noun such as `delay_analyst`; `{name}` "
                    f"begins with the verb `{first}`.",
                )
            ]
        return []
    if first not in VERBS and not first.endswith(_ENDINGS):
        return [
            finding(
                "name",
                None,
                f"a function is named by what it does, verb_noun; `{first}` is not a verb that is "
                f"known here. Begin with one, such as `compute_{name}` or `summarise_{name}`.",
            )
        ]
    if len(words) < 2:
        return [
            finding("name", None, f"`{name}` lacks its noun: say of what, such as `{name}_delays`.")
        ]
    return []
