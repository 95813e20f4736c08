"""The portal: web pages for people without a terminal, made on the server. They work without JavaScript, by keyboard,
on a telephone, and are read out well.

What there is, by its address; the template and the use case, or the question of the reader, behind it:

    GET  /                               what is offered, or how to sign in
    GET  /sign-in                        sign_in          an address is asked for
    POST /sign-in                        link_sent        desk/sign_in.ask_link, by the postman: the same answer for all
    GET  /sign-in/TOKEN                  enter            desk/sign_in.whose; a button: what scans mail follows links
    POST /sign-in/TOKEN                                   desk/sign_in.sign_in
    POST /sign-out                                        desk/sign_in.sign_out
    GET  /services                       services         PortalReader.offers, questions; ?q= searches
    GET  /services/KEY                   service          PortalReader.offer, with the form
    POST /services/KEY                                    desk/requests.request
    GET  /requests                       requests         PortalReader.own_requests; ?before= older ones
    GET  /requests/NUMBER                request          PortalReader.request, said
    POST /requests/NUMBER/words                           desk/requests.follow_up
    POST /requests/NUMBER/solved                          desk/requests.confirm_solved
    POST /requests/NUMBER/again                           desk/requests.reopen
    GET  /requests/NUMBER/words, solved, again            back to the request
    GET  /requests/NUMBER/files/ID                        PortalReader.file: always to be saved, never shown here
    GET  /units/KEY                      unit             PortalReader.unit_requests, for the head of the unit
    GET  /approvals/NUMBER               approve          desk/approvals.question_to, for the approver signed in
    POST /approvals/NUMBER                                desk/approvals.decide_by
    GET  /approve/TOKEN                  approve          desk/approvals.question
    POST /approve/TOKEN                                   desk/approvals.decide
    GET  /rate/TOKEN                     rate             desk/ratings.look; ?score= is chosen already
    POST /rate/TOKEN                                      desk/ratings.answer
    GET  /status                         status           PortalReader.known_outages, without signing in
    GET  /language/CODE                                   a choice that a cookie keeps
    GET  /portal.css, /robots.txt

A form whose proof is too old, since its sender signed in anew meanwhile, is not worked: its page is shown once more
with what was typed (`Way.again`). Who is not signed in any more keeps what he typed on a page (`kept`), nowhere else.

What is wrong is said on a page (`problem`), in words, and never how the program came to it.

`serve` listens, `app` knows the ways, `office` has the threads in which the store is read and written, `security`
stands before all of it, `visit` is one request on its way through, `pages/` has an idea each. Nothing here speaks SQL
or decides what somebody may see: that is the reader's (`store/reader/portal_reader`) and the use cases'
(`desk/requests`, `desk/sign_in`).
"""
