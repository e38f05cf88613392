"""The MCP servers: which tools there are, what they are called and told, and how they fail."""
from __future__ import annotations

import time
from asyncio import sleep, to_thread
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import Field

from api import __version__
from api.errors import Failure
from api.programs.backends import InstalledDesk, LocalDesk
from api.programs.results import WORDS, AnswerResult, CaseResult, CasesResult, ClauseResult
from assistant.wording.texts import load
from ingestion.errors import GuoheError

NAME = "guohe"
PATIENCE = 300.0       # seconds that an assessment is waited for
LOOK_EVERY = 0.25
Outcome = Literal["", "met", "not_met", "insufficient_evidence", "needs_judgement"]
Pieces = Annotated[int, Field(ge=1, le=50)]
Text = Annotated[str, Field(max_length=2_000)]
Result = TypeVar("Result")


def installed(desk_of: Callable[[Context[Any, Any]], InstalledDesk]) -> MCPServer[Any]:
    """For an installation; `desk_of` tells from a call's context whose it is."""

    def ask_policy(ctx: Context[Any, Any], question: Text, conversation: str = "", case: str = "") -> AnswerResult:
        return _said(lambda: desk_of(ctx).ask(question, conversation, case))

    def look_up_article(ctx: Context[Any, Any], ref: Text) -> ClauseResult:
        return _said(lambda: desk_of(ctx).clause(ref))

    def list_cases(ctx: Context[Any, Any], after: str = "") -> CasesResult:
        return _said(lambda: desk_of(ctx).cases(after))

    async def assess_case(ctx: Context[Any, Any], case: str) -> CaseResult:
        """Waits without holding a thread."""
        desk = desk_of(ctx)
        await to_thread(_said, lambda: desk.begin(case))
        end = time.monotonic() + PATIENCE
        while not await to_thread(_said, lambda: desk.over(case)):
            if time.monotonic() > end:
                return _said(_waits)
            await sleep(LOOK_EVERY)
        return await to_thread(_said, lambda: desk.findings(case, "", "", 0))

    def read_findings(ctx: Context[Any, Any], case: str, criterion: str = "", outcome: Outcome = "",
                      evidence: Pieces = 3) -> CaseResult:
        return _said(lambda: desk_of(ctx).findings(case, criterion, outcome, evidence))

    return _server([ask_policy, look_up_article, list_cases, assess_case, read_findings])


def local(desk: LocalDesk) -> MCPServer[Any]:
    """For this computer, over standard input and output."""

    def ask_policy(question: Text, conversation: str = "", case: str = "") -> AnswerResult:
        return _said(lambda: desk.ask(question, conversation, case))

    def look_up_article(ref: Text) -> ClauseResult:
        return _said(lambda: desk.clause(ref))

    def assess_folder(path: str, base_type: str = "", date: str = "") -> CaseResult:
        return _said(lambda: desk.assess(path, base_type, date))

    def read_findings(case: str, criterion: str = "", outcome: Outcome = "", evidence: Pieces = 3) -> CaseResult:
        return _said(lambda: desk.findings(case, criterion, outcome, evidence))

    return _server([ask_policy, look_up_article, assess_folder, read_findings])


def _server(functions: Sequence[Callable[..., Any]]) -> MCPServer[Any]:
    words = load(WORDS)
    # An assessment that is asked for makes a new result beside the ones there are; nothing of a case is changed.
    tools = [_tool(one, words) for one in functions]
    return MCPServer(NAME, title=words["title"], instructions=_both(words["instructions"]), version=__version__,
                     tools=tools, log_level="WARNING", subscriptions=False)


def _tool(function: Callable[..., Any], words: dict[str, Any]) -> Tool:
    """The tool, with its description and those of its parameters in both languages."""
    made = Tool.from_function(
        function, description=_both(words["tools"][function.__name__]), structured_output=True,
        annotations=ToolAnnotations(read_only_hint=not function.__name__.startswith("assess"), destructive_hint=False,
                                    idempotent_hint=True, open_world_hint=False))
    for name, schema in made.parameters["properties"].items():
        schema["description"] = _both(words["parameters"][name])
    return made


def _both(text: dict[str, str]) -> str:
    return f"{text['zh']}\n{text['en']}"


def _waits() -> CaseResult:
    raise Failure("assessment_waits", seconds=f"{PATIENCE:g}")


def _said(work: Callable[[], Result]) -> Result:
    """What is wrong is said to the caller in both languages; what nobody foresaw is logged, and its text withheld."""
    try:
        return work()
    except GuoheError as error:
        raise ToolError(f"{error.chinese} {error}") from error


