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
///
/// With `#[values(ItsOpenText)]` a field's text is one of a set of documented ones.
#[proc_macro_derive(Record, attributes(event, values))]
pub fn record(input: TokenStream) -> TokenStream {
    expand(record_impl(&parse_macro_input!(input as DeriveInput)))
}

/// Implements the registry for the enum of events: each variant with a struct is a registered type, the variant's
/// discriminant its number.
#[proc_macro_derive(Registry)]
pub fn registry(input: TokenStream) -> TokenStream {
    expand(registry_impl(&parse_macro_input!(input as DeriveInput)))
}

/// Implements the registry for the enum of objects that are items of lists: each variant with a struct is such a type, the
/// variant's discriminant its number.
#[proc_macro_derive(ItemRegistry)]
pub fn item_registry(input: TokenStream) -> TokenStream {
    expand(item_registry_impl(&parse_macro_input!(input as DeriveInput)))
}

/// Reads the documented values of an open enum, a struct around an `i32`, from the constants in its `impl` block, and
/// implements `OpenEnum`, `name()`, `Debug`, `Display` and `Serialize`.
#[proc_macro_attribute]
pub fn open_enum(_: TokenStream, input: TokenStream) -> TokenStream {
    expand(open_enum_impl(&parse_macro_input!(input as ItemImpl)))
}

/// Reads the documented values of an open set of texts from the constants in its `impl` block, and implements `OpenText`.
#[proc_macro_attribute]
pub fn open_text(_: TokenStream, input: TokenStream) -> TokenStream {
    expand(open_text_impl(&parse_macro_input!(input as ItemImpl)))
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
    let class_nul = for_c(&name.to_string());
    let idents: Vec<_> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let names: Vec<_> = idents.iter().map(|ident| ident.unraw().to_string()).collect();
    let names_nul = names.iter().map(|name| for_c(name));
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let docs_nul = fields.iter().map(|field| for_c(&doc(&field.attrs)));
    let values = fields.iter().map(|field| values_of(field)).collect::<Result<Vec<_>>>()?;
    let doc_nul = for_c(&doc(&input.attrs));
    let indexes = 0..fields.len();
    let (indexes_mut, indexes_plain, indexes_nested) = (indexes.clone(), indexes.clone(), indexes.clone());
    let event = event_impl(input)?;
    Ok(quote! {
        impl ::lark_event::record::Record for #name {
            const FIELDS: &'static [::lark_event::record::Field] = &[#(::lark_event::record::Field::new(
                #names,
                <#types as ::lark_event::record::FieldType>::KIND,
            )),*];
            const DETAILS: &'static [::lark_event::record::Details] = &[#(
                ::lark_event::record::Details::new::<#types>(
                    #names_nul,
                    #docs_nul,
                    #values,
                    ::core::mem::offset_of!(Self, #idents),
                )
            ),*];
            const NAMES: &'static [::lark_event::record::ValueNames] =
                &[#(<#types as ::lark_event::record::FieldType>::NAMES),*];
            const CLASS_NUL: &'static str = #class_nul;
            const DOC_NUL: &'static str = #doc_nul;
            const EMPTY: Self = Self { #(#idents: <#types as ::lark_event::record::FieldType>::ABSENT),* };
        }

        impl ::lark_event::record::Slots for #name {
            fn slot(&self, index: usize) -> Option<::lark_event::record::Slot<'_>> {
                match index {
                    #(#indexes => ::lark_event::record::FieldType::slot(&self.#idents),)*
                    _ => None,
                }
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

            #[cfg(vectors)]
            fn put_plain(&mut self, index: usize, rest: &[u8], len: usize) -> bool {
                match index {
                    #(#indexes_plain => ::lark_event::record::FieldType::put_plain(&mut self.#idents, rest, len),)*
                    _ => false,
                }
            }

            fn nested(&mut self, index: usize) -> Option<&mut dyn ::lark_event::record::Target> {
                match index {
                    #(#indexes_nested => ::lark_event::record::FieldType::nested(&mut self.#idents),)*
                    _ => None,
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
                ::serde::Serialize::serialize(&::lark_event::record::ObjectRef::of(self), serializer)
            }
        }

        #event
    })
}

/// The documented values of a field with the attribute `values`.
fn values_of(field: &Field) -> Result<Tokens> {
    let Some(attr) = field.attrs.iter().find(|attr| attr.path().is_ident("values")) else { return Ok(quote!(None)) };
    let values = attr.parse_args::<syn::Path>()?;
    Ok(quote!(Some(<#values as ::lark_event::record::OpenText>::TYPE)))
}

/// `EventRecord`, if the struct has the attribute `event`.
fn event_impl(input: &DeriveInput) -> Result<Option<Tokens>> {
    let Some(attr) = input.attrs.iter().find(|attr| attr.path().is_ident("event")) else { return Ok(None) };
    let name = &input.ident;
    let name_nul = format!("{}\0", attr.parse_args::<LitStr>()?.value());
    Ok(Some(quote! {
        impl ::lark_event::event::EventRecord for #name {
            const NAME_NUL: &'static str = #name_nul;
            const MODULE_NUL: &'static str = concat!(module_path!(), "\0\0");
        }
    }))
}

/// The variants of an enum of structs.
struct Variants<'a> {
    name: &'a syn::Ident,
    /// Those without a struct, and their numbers.
    plain: Vec<(&'a syn::Ident, &'a Expr)>,
    /// Those with a struct, their numbers, and the structs.
    typed: Vec<(&'a syn::Ident, &'a Expr, &'a syn::Type)>,
}

impl<'a> Variants<'a> {
    fn of(input: &'a DeriveInput) -> Result<Self> {
        let Data::Enum(data) = &input.data else {
            return Err(Error::new(input.span(), "a registry is an enum of structs"));
        };
        let mut variants = Self { name: &input.ident, plain: Vec::new(), typed: Vec::new() };
        for variant in &data.variants {
            let Some((_, tag)) = &variant.discriminant else {
                return Err(Error::new(variant.span(), "number the variant, and never renumber one"));
            };
            match &variant.fields {
                Fields::Unit => variants.plain.push((&variant.ident, tag)),
                _ => variants.typed.push((&variant.ident, tag, variant_type(variant)?)),
            }
        }
        Ok(variants)
    }

    /// What every registry has.
    fn expand(&self) -> Tokens {
        let name = self.name;
        let (plain_variants, plain_tags): (Vec<_>, Vec<_>) = self.plain.iter().copied().unzip();
        let variants: Vec<_> = self.typed.iter().map(|(variant, ..)| variant).collect();
        let tags: Vec<_> = self.typed.iter().map(|(_, tag, _)| tag).collect();
        let types = self.typed.iter().map(|(.., class)| class);
        quote! {
            impl #name {
                /// The number of the variant.
                pub const fn tag(&self) -> u32 {
                    match self {
                        #(Self::#plain_variants => #plain_tags,)*
                        #(Self::#variants(_) => #tags,)*
                    }
                }

                /// Whether a variant has this number: what is to be asked before memory that C code has written may be
                /// taken for one.
                pub const fn is_tag(tag: u32) -> bool {
                    #(tag == #plain_tags ||)* #(tag == #tags)||*
                }

                /// Its struct; `None` if it has none.
                #[doc(hidden)]
                pub fn struct_of(&self) -> Option<ObjectRef<'_>> {
                    match self {
                        #(Self::#plain_variants => None,)*
                        #(Self::#variants(value) => Some(ObjectRef::of(value)),)*
                    }
                }

                /// Makes it one with the number `tag`, keeping what is in its memory if it is one already, and returns
                /// what takes the fields; `None` if there is no such struct.
                pub(crate) fn select(&mut self, tag: u32) -> Option<&mut dyn Target> {
                    if self.tag() != tag {
                        self.switch(tag);
                    }
                    self.target()
                }

                #[inline(never)]
                fn switch(&mut self, tag: u32) {
                    match tag {
                        #(#tags => *self = Self::#variants(<#types as Record>::EMPTY),)*
                        _ => *self = Self::None,
                    }
                }

                #[inline(never)]
                fn target(&mut self) -> Option<&mut dyn Target> {
                    match self {
                        #(Self::#plain_variants => None,)*
                        #(Self::#variants(value) => Some(value),)*
                    }
                }
            }

            /// One without a struct is written as `null`.
            impl ::serde::Serialize for #name {
                fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self.struct_of() {
                        Some(value) => ::serde::Serialize::serialize(&value, serializer),
                        None => serializer.serialize_none(),
                    }
                }
            }
        }
    }
}

fn registry_impl(input: &DeriveInput) -> Result<Tokens> {
    let variants = Variants::of(input)?;
    let common = variants.expand();
    let tags: Vec<_> = variants.typed.iter().map(|(_, tag, _)| tag).collect();
    let types: Vec<_> = variants.typed.iter().map(|(.., class)| class).collect();
    Ok(quote! {
        #common

        #(impl Tagged for #types {
            const TAG: u32 = #tags;
        })*

        static TYPES: &[&EventType] = &[#(<#types as Tagged>::TYPE),*];

        /// The tag and the name of every type, with a NUL.
        static NAMES: [(u32, &str); [#(#tags),*].len()] = [#((#tags, <#types as EventRecord>::NAME_NUL)),*];

        /// The table of fields of the event type `tag`.
        pub(crate) fn fields(tag: u32) -> &'static [Field] {
            match tag {
                #(#tags => <#types as Record>::FIELDS,)*
                _ => &[],
            }
        }

        /// The family of the event type `tag`, with NULs; empty if there is no such type.
        fn family_nul(tag: u32) -> &'static str {
            match tag {
                #(#tags => <#types as EventRecord>::FAMILY_NUL,)*
                _ => "",
            }
        }

        /// The names of the documented values of those fields.
        fn value_names_of(tag: u32) -> &'static [ValueNames] {
            match tag {
                #(#tags => <#types as Record>::NAMES,)*
                _ => &[],
            }
        }
    })
}

fn item_registry_impl(input: &DeriveInput) -> Result<Tokens> {
    let variants = Variants::of(input)?;
    let common = variants.expand();
    let tags = variants.typed.iter().map(|(_, tag, _)| tag);
    let types: Vec<_> = variants.typed.iter().map(|(.., class)| class).collect();
    let arms = variants.typed.iter().map(|(_, tag, class)| quote!(#tag => <#class as Record>::FIELDS,));
    Ok(quote! {
        #common

        #(impl ItemRecord for #types {
            const ITEM: u32 = #tags;
        })*

        static ITEM_TYPES: &[(u32, &RecordType)] = &[#((<#types as ItemRecord>::ITEM, &RecordType::of::<#types>())),*];

        /// The table of fields of the items of the type `tag`.
        pub(crate) fn item_fields(tag: u32) -> &'static [Field] {
            match tag {
                #(#arms)*
                _ => &[],
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

/// The constants of an `impl` block: their identifiers, their names with a NUL, their documentation.
fn constants(input: &ItemImpl) -> (Vec<&syn::Ident>, Vec<String>, Vec<String>) {
    let constants = input.items.iter().filter_map(|item| match item {
        ImplItem::Const(constant) => Some(constant),
        _ => None,
    });
    let constants: Vec<_> = constants.collect();
    let idents: Vec<_> = constants.iter().map(|constant| &constant.ident).collect();
    let names = idents.iter().map(|ident| for_c(&ident.to_string())).collect();
    (idents, names, constants.iter().map(|constant| doc(&constant.attrs)).collect())
}

fn open_text_impl(input: &ItemImpl) -> Result<Tokens> {
    let name = &input.self_ty;
    let class_nul = for_c(&quote!(#name).to_string());
    let (idents, names, docs) = constants(input);
    Ok(quote! {
        #input

        const _: () = {
            static VALUES: ::lark_event::record::EnumType = ::lark_event::record::EnumType::new(
                #class_nul,
                &[#(::lark_event::record::EnumValue::of_text(<#name>::#idents, #names, #docs)),*],
            );

            impl ::lark_event::record::OpenText for #name {
                const TYPE: &'static ::lark_event::record::EnumType = &VALUES;
            }

            impl #name {
                /// The documented values.
                pub const ALL: &'static [&'static str] = &[#(Self::#idents),*];
            }
        };
    })
}

fn open_enum_impl(input: &ItemImpl) -> Result<Tokens> {
    let name = &input.self_ty;
    let class = quote!(#name).to_string();
    let class_nul = for_c(&class);
    let (idents, names, docs) = constants(input);
    Ok(quote! {
        #input

        const _: () = {
            static VALUES: ::lark_event::record::EnumType = ::lark_event::record::EnumType::new(
                #class_nul,
                &[#(::lark_event::record::EnumValue::of_integer(<#name>::#idents.0, #names, #docs)),*],
            );

            impl ::lark_event::record::OpenEnum for #name {
                const TYPE: &'static ::lark_event::record::EnumType = &VALUES;
                const NAMES: ::lark_event::record::Names = &[#((#name::#idents.0, #names)),*];
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
                    ::lark_event::record::name(<Self as ::lark_event::record::OpenEnum>::NAMES, self.0)
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

/// A text with two NULs behind it, the first of which is for C. Compilers put texts that end in their only NUL together,
/// and linkers then link all of them, the whole documentation, into a program that uses one of them.
fn for_c(text: &str) -> String {
    format!("{text}\0\0")
}

/// The documentation of an item as one text, for readers of other languages.
fn doc(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) => Some(line.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    // Links are for rustdoc alone.
    lines.collect::<Vec<_>>().join("\n").trim().replace("[`", "`").replace("`]", "`")
}
