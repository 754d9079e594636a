//! Derives for [`lark-event`](https://docs.rs/lark-event): an event is declared once, as a struct, and its reader, its
//! schema and its line in the registry follow.
//!
//! The declarations stay ordinary Rust that a header generator can read; the macros only add to them.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Field, Fields, ImplItem, ItemImpl, Lit, Meta, Result, Variant};
use syn::{Error, LitStr, ext::IdentExt, parse_macro_input, spanned::Spanned};

/// Implements `Record` (and `Serialize`) for a struct with named fields; the JSON names are those of the fields.
///
/// With `#[event("corehr.process.updated_v2")]`, `EventRecord` too, for a line in the registry.
#[proc_macro_derive(Record, attributes(event))]
pub fn record(input: TokenStream) -> TokenStream {
    expand(record_impl(&parse_macro_input!(input as DeriveInput)))
}

/// Implements the registry for the enum of events: each variant with a struct is a registered type, the variant's
/// discriminant its number.
#[proc_macro_derive(Registry)]
pub fn registry(input: TokenStream) -> TokenStream {
    expand(registry_impl(&parse_macro_input!(input as DeriveInput)))
}

/// Reads the documented values of an open enum, a struct around an `i32`, from the constants in its `impl` block, and
/// implements `OpenEnum`, `name()`, `Debug`, `Display` and `Serialize`.
#[proc_macro_attribute]
pub fn open_enum(_: TokenStream, input: TokenStream) -> TokenStream {
    expand(open_enum_impl(&parse_macro_input!(input as ItemImpl)))
}

fn expand(result: Result<Tokens>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error()).into()
}

fn record_impl(input: &DeriveInput) -> Result<Tokens> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "Record is for structs with named fields"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(input.span(), "Record is for structs with named fields"));
    };
    let fields: Vec<&Field> = fields.named.iter().collect();
    if fields.len() > 64 {
        return Err(Error::new(input.span(), "a record has at most 64 fields"));
    }
    let name = &input.ident;
    let class = name.to_string();
    let idents: Vec<_> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let names: Vec<_> = idents.iter().map(|ident| ident.unraw().to_string()).collect();
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let docs: Vec<_> = fields.iter().map(|field| doc(&field.attrs)).collect();
    let indexes = 0..fields.len();
    let indexes_mut = indexes.clone();
    let event = event_impl(input)?;
    Ok(quote! {
        impl ::lark_event::record::Record for #name {
            const FIELDS: &'static [::lark_event::record::Field] = &[#(::lark_event::record::Field {
                name: #names,
                kind: <#types as ::lark_event::record::FieldType>::KIND,
            }),*];
            const DETAILS: &'static [::lark_event::record::Details] = &[#(::lark_event::record::Details {
                doc: #docs,
                values: <#types as ::lark_event::record::FieldType>::VALUES,
                offset: ::core::mem::offset_of!(Self, #idents),
                size: ::core::mem::size_of::<#types>(),
                members: <#types as ::lark_event::record::FieldType>::MEMBERS,
            }),*];
            const EMPTY: Self = Self { #(#idents: <#types as ::lark_event::record::FieldType>::ABSENT),* };

            fn slot(&self, index: usize) -> Option<::lark_event::record::Slot<'_>> {
                match index {
                    #(#indexes => ::lark_event::record::FieldType::slot(&self.#idents),)*
                    _ => None,
                }
            }

            fn clear(&mut self) {
                #(::lark_event::record::FieldType::clear(&mut self.#idents);)*
            }
        }

        impl ::lark_event::record::Target for #name {
            fn put(
                &mut self,
                index: usize,
                value: ::lark_event::record::Value<'_>,
            ) -> Result<(), ::lark_event::error::Overflow> {
                match index {
                    #(#indexes_mut => ::lark_event::record::FieldType::put(&mut self.#idents, value),)*
                    _ => Ok(()),
                }
            }
        }

        impl Default for #name {
            fn default() -> Self {
                <Self as ::lark_event::record::Record>::EMPTY
            }
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ::lark_event::record::serialize(self, #class, serializer)
            }
        }

        #event
    })
}

/// `EventRecord`, if the struct has the attribute `event`.
fn event_impl(input: &DeriveInput) -> Result<Option<Tokens>> {
    let Some(attr) = input.attrs.iter().find(|attr| attr.path().is_ident("event")) else { return Ok(None) };
    let (name, class) = (&input.ident, input.ident.to_string());
    let name_nul = format!("{}\0", attr.parse_args::<LitStr>()?.value());
    let doc = doc(&input.attrs);
    Ok(Some(quote! {
        impl ::lark_event::event::EventRecord for #name {
            const NAME_NUL: &'static str = #name_nul;
            const CLASS: &'static str = #class;
            const MODULE: &'static str = module_path!();
            const DOC: &'static str = #doc;
        }
    }))
}

fn registry_impl(input: &DeriveInput) -> Result<Tokens> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(input.span(), "Registry is for the enum of events"));
    };
    let name = &input.ident;
    let tags = data.variants.iter().map(|variant| match &variant.discriminant {
        Some((_, tag)) => Ok(tag),
        None => Err(Error::new(variant.span(), "number the variant, and never renumber one")),
    });
    let tags: Vec<&Expr> = tags.collect::<Result<_>>()?;
    let (typed, plain): (Vec<_>, Vec<_>) =
        data.variants.iter().zip(&tags).partition(|(variant, _)| matches!(variant.fields, Fields::Unnamed(_)));
    let plain_variants: Vec<_> = plain.iter().map(|(variant, _)| &variant.ident).collect();
    let plain_tags: Vec<_> = plain.iter().map(|(_, tag)| tag).collect();
    let variants: Vec<_> = typed.iter().map(|(variant, _)| &variant.ident).collect();
    let tags: Vec<_> = typed.iter().map(|(_, tag)| tag).collect();
    let types: Vec<_> = typed.iter().map(|(variant, _)| variant_type(variant)).collect::<Result<_>>()?;
    Ok(quote! {
        #(impl Tagged for #types {
            const TAG: u32 = #tags;
        })*

        static TYPES: &[&EventType] = &[#(<#types as Tagged>::TYPE),*];

        /// Every name and its tag.
        static NAMES: &[(u32, &str)] = &[#((#tags, without_nul(<#types as EventRecord>::NAME_NUL))),*];

        /// The table of fields of the event type `tag`.
        pub(crate) fn fields(tag: u32) -> &'static [Field] {
            match tag {
                #(#tags => <#types as Record>::FIELDS,)*
                _ => &[],
            }
        }

        impl #name {
            /// The number of the variant.
            pub const fn tag(&self) -> u32 {
                match self {
                    #(Self::#plain_variants => #plain_tags,)*
                    #(Self::#variants(_) => #tags,)*
                }
            }

            /// Whether a variant has this number: what is to be asked before memory that C code has written may be
            /// taken for an event.
            pub const fn is_tag(tag: u32) -> bool {
                #(tag == #plain_tags ||)* #(tag == #tags)||*
            }

            /// Whether no code outside of Rust has broken it; `None` if it has no struct.
            pub(crate) fn is_sound(&self) -> Option<bool> {
                match self {
                    #(Self::#plain_variants => None,)*
                    #(Self::#variants(event) => Some(event.is_sound()),)*
                }
            }

            /// Writes the event's struct; `null` if it has none.
            pub(crate) fn write_json(&self, out: &mut Writer<'_>) -> Option<()> {
                match self {
                    #(Self::#plain_variants => out.raw("null"),)*
                    #(Self::#variants(event) => write_json(event, out),)*
                }
            }

            fn clear(&mut self) {
                match self {
                    #(Self::#plain_variants => {})*
                    #(Self::#variants(event) => event.clear(),)*
                }
            }

            fn switch(&mut self, tag: u32) {
                match tag {
                    #(#tags => *self = Self::#variants(<#types as Record>::EMPTY),)*
                    _ => *self = Self::None,
                }
            }

            fn target(&mut self) -> Option<&mut dyn Target> {
                match self {
                    #(Self::#plain_variants => None,)*
                    #(Self::#variants(event) => Some(event),)*
                }
            }
        }

        /// An event without a struct is written as `null`.
        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    #(Self::#plain_variants => serializer.serialize_none(),)*
                    #(Self::#variants(event) => event.serialize(serializer),)*
                }
            }
        }
    })
}

fn variant_type(variant: &Variant) -> Result<&syn::Type> {
    match variant.fields.iter().next() {
        Some(field) if variant.fields.len() == 1 => Ok(&field.ty),
        _ => Err(Error::new(variant.span(), "a variant holds the struct of its event")),
    }
}

fn open_enum_impl(input: &ItemImpl) -> Result<Tokens> {
    let name = &input.self_ty;
    let class = quote!(#name).to_string();
    let constants = input.items.iter().filter_map(|item| match item {
        ImplItem::Const(constant) => Some(constant),
        _ => None,
    });
    let constants: Vec<_> = constants.collect();
    let idents: Vec<_> = constants.iter().map(|constant| &constant.ident).collect();
    let names: Vec<_> = idents.iter().map(|ident| format!("{ident}\0")).collect();
    let docs: Vec<_> = constants.iter().map(|constant| doc(&constant.attrs)).collect();
    Ok(quote! {
        #input

        const _: () = {
            static VALUES: ::lark_event::record::EnumType = ::lark_event::record::EnumType {
                name: #class,
                values: &[#(::lark_event::record::EnumValue::new(<#name>::#idents.0, #names, #docs)),*],
            };

            impl ::lark_event::record::OpenEnum for #name {
                const TYPE: &'static ::lark_event::record::EnumType = &VALUES;
                const ZERO: Self = Self(0);

                fn raw(&self) -> i32 {
                    self.0
                }

                fn from_raw(value: i32) -> Self {
                    Self(value)
                }
            }

            impl #name {
                /// The documented values.
                pub const ALL: &'static [Self] = &[#(Self::#idents),*];

                /// The name of a documented value, such as `COMPLETED`; `None` for any other.
                pub fn name(self) -> Option<&'static str> {
                    VALUES.find(self.0).map(|value| value.name())
                }
            }
        };

        impl ::core::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self.name() {
                    Some(name) => write!(f, "{name}({})", self.0),
                    None => write!(f, "{}({})", #class, self.0),
                }
            }
        }

        /// The name, or the number where there is none.
        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => ::core::fmt::Display::fmt(&self.0, f),
                }
            }
        }

        impl ::serde::Serialize for #name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i32(self.0)
            }
        }
    })
}

/// The documentation of an item as one text.
fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
