"""A portal where English local authorities share what they learned about safeguarding children."""

import os

from flask import Flask, current_app
from flask_compress import Compress
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from govuk_frontend_wtf.main import WTFormsHelpers
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

import portal.accounts.cli
import portal.accounts.invitation_views
import portal.accounts.keeping
import portal.accounts.notice_views
import portal.accounts.own_views
import portal.accounts.password_views
import portal.accounts.people_views
import portal.accounts.person_views
import portal.accounts.policy
import portal.accounts.session_views
import portal.accounts.views
import portal.assessment.answer_views
import portal.assessment.card
import portal.assessment.keeping
import portal.assessment.lead_views
import portal.assessment.national_views
import portal.assessment.notice_kinds
import portal.assessment.personal
import portal.assessment.policy
import portal.audit.keeping
import portal.authorities.cli
import portal.authorities.keeping
import portal.authorities.policy
import portal.authorities.register_views
import portal.authorities.section_views
import portal.authorities.views
import portal.core.keeping
import portal.desk.policy
import portal.desk.views
import portal.library.cli
import portal.library.keeping
import portal.library.law_views
import portal.library.notice_kinds
import portal.library.personal
import portal.library.policy
import portal.library.search_cli
import portal.library.views
import portal.library.work
import portal.operations.access_views
import portal.operations.cli
import portal.operations.demonstration_mail
import portal.operations.jobs_views
import portal.operations.retention
import portal.operations.retention_views
import portal.operations.views
import portal.pairing.cli
import portal.pairing.curator_views
import portal.pairing.keeping
import portal.pairing.lead_views
import portal.pairing.notice_kinds
import portal.pairing.personal
import portal.pairing.policy
import portal.pairing.round_views
import portal.publishing.curating_views
import portal.publishing.disclosure_cli
import portal.publishing.ending
import portal.publishing.file_views
import portal.publishing.keeping
import portal.publishing.notice_kinds
import portal.publishing.personal
import portal.publishing.policy
import portal.publishing.purging
import portal.publishing.review_views
import portal.publishing.succession_views
import portal.publishing.writing_views
import portal.ui.assets
import portal.ui.errors
import portal.ui.filters
import portal.ui.shell
import portal.ui.views
from portal.accounts import (
    invitations,
    lookup,
    notice_kinds,
    notices,
    password_change,
    password_links,
    passwords,
    people,
    profile_reminders,
)
from portal.accounts.own_data import Parts
from portal.accounts.service import load as load_session
from portal.assessment import editions, national, waves
from portal.authorities.hub import Hub
from portal.core import config, database, headers, mail, migrations, permissions, retention
from portal.core.application import Portal, somebody_is_there
from portal.core.carriers import carrier_of
from portal.core.jobs import TOPIC as JOBS
from portal.core.jobs import Jobs, Kind, each_day, each_hour, each_week
from portal.core.mail import Writers
from portal.library import endings, takedown, vocabularies
from portal.library.catalogue import Catalogue
from portal.library.indexing import Indexer
from portal.operations.handing import HandOver
from portal.pairing import pairs, requests, rounds_service
from portal.publishing import publication, uploads
from portal.search import thesaurus
from portal.search.whoosh_engine import WhooshEngine


def create_app(settings: config.Settings | None = None) -> Flask:
    """Build the application from `settings`, by default those of the environment.

    Stops the process when those do not go together; raises `RuntimeError` without built assets.
    """
    settings = settings or config.from_environment()
    app = Portal("portal", static_folder=None, root_path=str(config.ROOT / "portal"))
    app.config.update(settings.for_flask())
    app.extensions["settings"] = settings
    os.umask(0o077)  # what the portal writes is for its own eyes
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    _database(app, settings)
    _templates(app, settings)
    portal.ui.errors.init_app(app, settings.instance)
    app.extensions["jobs"] = Jobs()
    _letters(app, settings)
    app.extensions["hand-over"] = HandOver(app)
    app.followers[JOBS] = app.extensions["hand-over"].wake
    headers.init_app(app, secure=not settings.demonstration, fonts=settings.education_gov_uk)
    _people(app)
    _authorities(app)
    _library(app, settings)
    _assessment(app, settings)
    _pairing(app)
    _publishing(app)
    app.register_blueprint(portal.desk.views.bp)
    app.register_blueprint(portal.ui.views.bp)
    _retention(app, settings)
    app.register_blueprint(portal.operations.views.bp)
    if settings.demonstration:
        app.register_blueprint(portal.operations.demonstration_mail.bp)
    _exempt_what_only_reads(app)
    app.cli.add_command(portal.operations.cli.demonstration)
    app.cli.add_command(portal.operations.cli.maintenance)
    app.cli.add_command(portal.operations.cli.retention)
    app.cli.add_command(portal.operations.cli.worker)
    Compress(app)
    portal.ui.assets.init_app(app, config.ROOT / "static" / "dist")
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # as Flask documents for middleware
    return app


def _letters(app: Flask, settings: config.Settings) -> None:
    service = portal.ui.shell.SERVICE_NAME
    writers, foot = Writers(), mail.foot(service, settings.address)
    postman = mail.Postman(writers, carrier_of(settings, service), foot)
    app.extensions |= {"mail-writers": writers, "postman": postman}
    sending = Kind(mail.SEND, "Send an e-mail", postman.send, attempts=mail.ATTEMPTS)
    app.extensions["jobs"].register(sending)


def _retention(app: Flask, settings: config.Settings) -> None:
    jobs, rules = app.extensions["jobs"], retention.Rules()
    portal.accounts.keeping.register(rules)
    portal.authorities.keeping.register(rules)
    portal.core.keeping.register(rules, jobs)
    portal.library.keeping.register(rules)
    portal.assessment.keeping.register(rules)
    portal.pairing.keeping.register(rules)
    portal.publishing.keeping.register(rules)
    portal.audit.keeping.register(rules)
    try:
        schedule = retention.read(settings.content / "retention.yaml", rules)
    except ValueError as error:
        raise SystemExit(f"The portal does not start: {error}") from None
    app.extensions["retention"] = schedule
    portal.operations.retention.register(jobs, schedule)


def _database(app: Flask, settings: config.Settings) -> None:
    database.init_app(app, settings.database)
    app.cli.add_command(migrations.commands)


def _templates(app: Flask, settings: config.Settings) -> None:
    app.jinja_options = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "loader": ChoiceLoader(
            [
                app.create_global_jinja_loader(),
                PrefixLoader(
                    {
                        "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
                        "govuk_frontend_wtf": PackageLoader("govuk_frontend_wtf"),
                    }
                ),
            ]
        ),
    }
    WTFormsHelpers(app)
    portal.ui.filters.init_app(app)
    portal.ui.shell.init_app(
        app,
        education_gov_uk=settings.education_gov_uk,
        demonstration=settings.demonstration,
    )
    app.add_template_global(headers.nonce, "csp_nonce")
    app.add_template_global(lambda: bool(current_user.is_authenticated), "signed_in")
    app.add_template_global(_gates_held, "gates_held")
    app.jinja_env.globals["education_gov_uk"] = settings.education_gov_uk


def _gates_held() -> frozenset[permissions.Permission]:
    if not current_user.is_authenticated:
        return frozenset()
    policy: permissions.Policy = current_app.extensions["policy"]
    gates = portal.ui.shell.GATES
    return frozenset(gate for gate in gates if policy.allows(current_user.actor, gate))


def _people(app: Flask) -> None:
    # no context processor: a page that says what went wrong must not ask the database who is there
    manager = LoginManager(app, add_context_processor=False)
    # the table of sessions says who is signed in; a changing address or browser is no sign of theft
    manager.session_protection = None
    manager.user_loader(lambda token: load_session(token, touch=somebody_is_there()))
    protect = CSRFProtect(app)
    # nothing to forge: without the SameSite cookie there is nobody to sign out or to keep signed in
    protect.exempt(portal.accounts.views.sign_out)
    protect.exempt(portal.accounts.session_views.extend)
    app.register_blueprint(portal.accounts.views.bp)
    app.register_blueprint(portal.accounts.password_views.bp)
    app.register_blueprint(portal.accounts.session_views.bp)
    app.register_blueprint(portal.accounts.people_views.bp)
    app.register_blueprint(portal.accounts.person_views.bp)
    app.extensions["own-data"] = Parts()
    app.register_blueprint(portal.accounts.own_views.bp)
    app.register_blueprint(portal.accounts.invitation_views.bp)
    app.cli.add_command(portal.accounts.cli.admin)
    _passwords(app)
    app.extensions["mail-writers"].register(invitations.LETTER, invitations.write)
    app.extensions["mail-writers"].register(invitations.MOVED, invitations.write_moved)
    reminding = Kind("people.remind", "Ask leads to confirm their list of people", people.remind)
    app.extensions["jobs"].register(reminding, each_day)
    asking = Kind("profile.remind", "Ask leads to confirm their profile", profile_reminders.remind)
    app.extensions["jobs"].register(asking, each_day)
    _notices(app)
    policy = permissions.Policy()
    portal.accounts.policy.register(policy)
    portal.authorities.policy.register(policy)
    portal.assessment.policy.register(policy)
    portal.desk.policy.register(policy)
    portal.library.policy.register(policy)
    portal.pairing.policy.register(policy)
    portal.publishing.policy.register(policy)

    def current_actor() -> permissions.Actor:
        return current_user.actor if current_user.is_authenticated else permissions.ANONYMOUS

    permissions.init_app(app, policy, current_actor, portal.accounts.views.ask_to_sign_in)


def _passwords(app: Flask) -> None:
    passwords.nobody()
    writers: Writers = app.extensions["mail-writers"]
    writers.register(password_links.LETTER, password_links.write)
    writers.register(password_change.LETTER, password_change.write)
    app.extensions["jobs"].register(
        Kind(
            password_links.FIND,
            "Answer somebody who forgot their password",
            password_links.find_account,
        )
    )


def _notices(app: Flask) -> None:
    app.extensions["notices"] = notices.Notices()
    notice_kinds.register(app.extensions["notices"])
    profile_reminders.register(app.extensions["notices"])
    app.extensions["mail-writers"].register(notices.LETTER, notices.write)
    jobs: Jobs = app.extensions["jobs"]
    daily = Kind("notices.daily", "Write to those who want e-mail once a day", notices.send_daily)
    weekly = Kind("notices.weekly", "Write to those who want it once a week", notices.send_weekly)
    jobs.register(daily, each_day)
    jobs.register(weekly, each_week)
    app.register_blueprint(portal.accounts.notice_views.bp)


def _authorities(app: Flask) -> None:
    hub = Hub(names=lookup.names)
    hub.register("profile", portal.authorities.views.profile_card)
    app.extensions["hub"] = hub
    app.register_blueprint(portal.authorities.views.bp)
    app.register_blueprint(portal.authorities.section_views.bp)
    app.register_blueprint(portal.authorities.register_views.bp)
    app.cli.add_command(portal.authorities.cli.authorities)


def _library(app: Portal, settings: config.Settings) -> None:
    try:
        words = vocabularies.read(settings.content / "vocabularies.yaml")
        curated = thesaurus.read(settings.content / "search-words.yaml")
        vocabularies.check_terms("search-words.yaml", words, curated.signed_terms)
    except ValueError as error:
        raise SystemExit(f"The portal does not start: {error}") from None
    engine = WhooshEngine(settings.instance / "search", curated)
    indexer = Indexer(app, engine, words)
    app.followers["library"] = indexer.wake
    portal.library.work.register(app.extensions["jobs"], engine, words)
    app.extensions["library"] = portal.library.views.Library(
        vocabularies=words,
        catalogue=Catalogue(),
        engine=engine,
        thesaurus=curated,
        indexer=indexer,
    )
    app.url_map.converters["reference"] = portal.library.views.ReferenceConverter
    portal.library.notice_kinds.register(app.extensions["notices"])
    app.register_blueprint(portal.library.views.bp)
    app.register_blueprint(portal.library.law_views.bp)
    app.cli.add_command(portal.library.cli.library)
    app.cli.add_command(portal.library.search_cli.search)


def _assessment(app: Flask, settings: config.Settings) -> None:
    try:
        every = editions.read_all(settings.content / "assessment")
    except ValueError as error:
        raise SystemExit(f"The portal does not start: {error}") from None
    app.extensions["assessment"] = every
    portal.assessment.notice_kinds.register(app.extensions["notices"])
    jobs: Jobs = app.extensions["jobs"]
    closing = Kind("assessment.close", "Close rounds whose last day is over", waves.close_due)
    picture = Kind(
        "assessment.national",
        "Make the national picture anew if enough has changed",
        lambda: national.refresh(every),
    )
    jobs.register(closing, each_day)
    jobs.register(picture, each_day)
    app.extensions["hub"].register("self-assessment", portal.assessment.card.card)
    portal.assessment.personal.register(app.extensions["own-data"])
    app.register_blueprint(portal.assessment.answer_views.bp)
    app.register_blueprint(portal.assessment.lead_views.bp)
    app.register_blueprint(portal.assessment.national_views.bp)
    # only a link lets anybody answer: without a cookie there is nothing to forge and nobody to know
    app.extensions["csrf"].exempt(portal.assessment.answer_views.answer)


def _pairing(app: Flask) -> None:
    portal.pairing.notice_kinds.register(app.extensions["notices"])
    portal.pairing.personal.register(app.extensions["own-data"])
    app.extensions["hub"].register("pairing", portal.pairing.lead_views.card)
    jobs: Jobs = app.extensions["jobs"]
    looking = Kind(
        "pairing.requests", "Remind of requests and let them run out", requests.look_after
    )
    ending = Kind("pairing.ends", "End pairings whose time is over", pairs.end_due)
    jobs.register(looking, each_day)
    jobs.register(ending, each_day)
    rounds_service.register(jobs, app.extensions["assessment"])
    app.register_blueprint(portal.pairing.lead_views.bp)
    app.register_blueprint(portal.pairing.curator_views.bp)
    app.register_blueprint(portal.pairing.round_views.bp)
    app.cli.add_command(portal.pairing.cli.pairing)


def _publishing(app: Flask) -> None:
    portal.publishing.notice_kinds.register(app.extensions["notices"])
    portal.library.personal.register(app.extensions["own-data"])
    portal.publishing.personal.register(app.extensions["own-data"])
    library: portal.library.views.Library = app.extensions["library"]
    app.extensions["purges"] = takedown.Purges()
    portal.publishing.purging.register(app.extensions["purges"])
    app.extensions["endings"] = endings.Endings()
    portal.publishing.ending.register(app.extensions["endings"])
    jobs: Jobs = app.extensions["jobs"]
    uploads.register(jobs)
    app.register_blueprint(portal.publishing.writing_views.bp)
    app.cli.add_command(portal.publishing.disclosure_cli.disclosure_commands)
    app.register_blueprint(portal.publishing.file_views.bp)
    app.register_blueprint(portal.publishing.succession_views.bp)
    portal.publishing.file_views.accept_files(app)
    app.register_blueprint(portal.publishing.review_views.bp)
    app.register_blueprint(portal.publishing.curating_views.bp)
    due = Kind(
        "publishing.due",
        "Publish what is scheduled for today",
        lambda: publication.publish_due(library.vocabularies),
    )
    jobs.register(due, each_hour)
    purging = Kind(
        takedown.PURGE,
        "Build the search index without what was removed",
        lambda reference: takedown.purge(library.engine, library.vocabularies, reference),
    )
    jobs.register(purging)


def _exempt_what_only_reads(app: Flask) -> None:
    for view in app.view_functions.values():
        if hasattr(view, "reads_only"):  # nothing to forge
            app.extensions["csrf"].exempt(view)
