//! The operations of the record, one file each.

mod ask_question;
mod delete_document;
mod get_document;
mod get_document_content;
mod get_document_text;
mod get_glance;
mod get_job;
mod get_result;
mod get_timeline;
mod import_records;
mod list_allergies;
mod list_conditions;
mod list_documents;
mod list_encounters;
mod list_immunizations;
mod list_medicines;
mod list_people;
mod list_results;
#[cfg(test)]
mod meaning_tests;
mod reading;
#[cfg(test)]
mod tests;
mod upload_document;
mod uploads;

use crate::Library;
use axum::Extension;
use axum::extract::DefaultBodyLimit;
use salus_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All of them; questions are answered from `library`.
pub(crate) fn routes(library: &Library) -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(upload_document::handle))
        .routes(routes!(import_records::handle))
        .layer(DefaultBodyLimit::max(uploads::MOST_BYTES));
    OpenApiRouter::new()
        .routes(routes!(list_people::handle))
        .routes(routes!(get_glance::handle))
        .routes(routes!(get_timeline::handle))
        .routes(routes!(list_conditions::handle))
        .routes(routes!(list_medicines::handle))
        .routes(routes!(list_allergies::handle))
        .routes(routes!(list_immunizations::handle))
        .routes(routes!(list_encounters::handle))
        .routes(routes!(list_results::handle))
        .routes(routes!(get_result::handle))
        .routes(routes!(list_documents::handle))
        .routes(routes!(get_document::handle, delete_document::handle))
        .routes(routes!(get_document_content::handle))
        .routes(routes!(get_document_text::handle))
        .routes(routes!(ask_question::handle))
        .routes(routes!(get_job::handle))
        .merge(uploads)
        .layer(Extension(library.clone()))
}
